# What the stories of command lines share: expectations, counted in `passed`.
passed=0

# expect WHAT EXPECTED ACTUAL
expect() {
    if [ "$2" != "$3" ]; then
        echo "  FAILED  $1: expected '$2', got '$3'" >&2
        exit 1
    fi
    passed=$((passed + 1))
    echo "  ok      $1"
}
