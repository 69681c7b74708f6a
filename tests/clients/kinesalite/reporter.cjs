// A mocha reporter that appends one `file<TAB>case<TAB>state<TAB>message` line per case to the file $RESULTS.

const fs = require('fs')
const path = require('path')

const flat = (text) => String(text).replace(/\s+/g, ' ').trim()

module.exports = function(runner) {
  const line = (test, state, message) => {
    const cells = [path.basename(test.file || '', '.js'), flat(test.fullTitle()), state, flat(message).slice(0, 600)]
    fs.appendFileSync(process.env.RESULTS, cells.join('\t') + '\n')
  }
  runner.on('pass', (test) => line(test, 'passed', ''))
  runner.on('fail', (test, error) => line(test, 'failed', (error && error.message) || error))
  runner.on('pending', (test) => line(test, 'skipped', ''))
}
