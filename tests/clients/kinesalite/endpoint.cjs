// Loaded before kinesalite's tests: sends what they meant for their own server to the one under test.
//
// ENDPOINT      the server under test, http://host:port
// TLS_ENDPOINT  the same with TLS, for the one case that needs it; without it that case meets kinesalite itself
// CLOCK=1       the server's clock can be moved: the five minutes that an iterator lives are not waited for
// GAINED=drop   members that AWS's answers have gained since the suite was recorded are taken off

const http = require('http')
const net = require('net')
const path = require('path')

const endpoint = new URL(process.env.ENDPOINT)
const index = path.join(process.cwd(), 'index.js')
const kinesalite = require(index)
const ITERATOR_LIFE_MS = 300000
const GAINED = new Set(['StreamModeDetails', 'StreamSummaries', 'ChildShards', 'StreamId', 'WarmThroughput',
  'MaxRecordSizeInKiB', 'RecordDistributionStrategy', 'ChannelCount', 'QueueCount', 'NextToken'])

// The port that the tests believe their server listens on.
let believed = null

require.cache[require.resolve(index)].exports = function(options) {
  return options && options.ssl ? secure(options) : {
    listen(port, done) { believed = port; setImmediate(done) },
    close(done) { setImmediate(done) },
  }
}

function secure(options) {
  if (!process.env.TLS_ENDPOINT) return kinesalite(options)
  const target = new URL(process.env.TLS_ENDPOINT)
  const open = new Set()
  const forwarder = net.createServer(function(client) {
    const server = net.connect(target.port, target.hostname)
    client.pipe(server).pipe(client)
    const end = () => { client.destroy(); server.destroy() }
    for (const socket of [client, server]) {
      open.add(socket)
      socket.on('error', end).on('close', () => open.delete(socket))
    }
  })
  return {
    listen(port, done) { forwarder.listen(port, done) },
    // Clients keep their connections, which would keep the forwarder open.
    close(done) { forwarder.close(done); open.forEach((socket) => socket.destroy()) },
  }
}

const request = http.request
http.request = function(options, ...rest) {
  if (believed !== null && options.port === believed) {
    options = Object.assign({}, options, {host: endpoint.hostname, port: endpoint.port})
  }
  return request.call(http, options, ...rest)
}

if (process.env.CLOCK === '1') {
  const timeout = global.setTimeout
  global.setTimeout = function(callback, ms, ...args) {
    if (ms !== ITERATOR_LIFE_MS) return timeout(callback, ms, ...args)
    const call = request.call(http, {
      host: endpoint.hostname, port: endpoint.port, path: '/_wavetank/clock', method: 'POST',
      headers: {'content-type': 'application/json'},
    }, (answer) => answer.resume().on('end', callback))
    return call.end(JSON.stringify({advance: '301s'}))
  }
}

if (process.env.GAINED === 'drop') {
  const parse = JSON.parse
  JSON.parse = (text, reviver) => without(parse(text, reviver))
}

function without(value) {
  if (Array.isArray(value)) return value.map(without)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([name]) => !GAINED.has(name))
  return Object.fromEntries(kept.map(([name, member]) => [name, without(member)]))
}
