#!/usr/bin/env bash
# Athena through the AWS CLI, version 1 from PyPI. Needs AWS_ENDPOINT_URL; $1 is the `aws` to call.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
aws=${1:-aws}
results=s3://cli-athena-results
lake=s3://cli-athena-lake

athena() { "$aws" athena "$@"; }

# answer WHAT EXPECTED COMMAND… compares the text output of a command.
answer() {
    local what=$1 expected=$2 actual
    shift 2
    actual=$(athena "$@" --output text | tr '\t' ' ')
    expect "$what" "$expected" "$actual"
}

# refused WHAT CODE COMMAND… compares the name of the error of a command that must fail.
refused() {
    local what=$1 code=$2 output
    shift 2
    if output=$(athena "$@" 2>&1); then
        expect "$what" "an error" "$output"
    fi
    expect "$what" "($code)" "$(grep -o '([A-Za-z]*)' <<<"$output" | head -n 1)"
}

# start SQL [ARGUMENT…]
start() {
    local sql=$1
    shift
    athena start-query-execution --query-string "$sql" --result-configuration "OutputLocation=$results/" "$@" \
        --query QueryExecutionId --output text
}

# ended ID waits for the end of a query and tells its state: the CLI has no waiter for it.
ended() {
    local state tries=0
    while state=$(athena get-query-execution --query-execution-id "$1" --query QueryExecution.Status.State --output text); do
        case $state in
        QUEUED | RUNNING) ;;
        *)
            echo "$state"
            return
            ;;
        esac
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || { echo "$1 does not end" >&2; exit 1; }
        sleep 0.2
    done
}

# run SQL [ARGUMENT…] puts the id of a query that has succeeded into `id`.
run() {
    local state
    id=$(start "$@")
    state=$(ended "$id")
    [ "$state" = SUCCEEDED ] || {
        echo "  FAILED  $1: $state, $(athena get-query-execution --query-execution-id "$id" --query QueryExecution.Status.StateChangeReason --output text)" >&2
        exit 1
    }
}

# rows WHAT EXPECTED SQL [ARGUMENT…]: all rows of a result, a line each, cells with commas between.
rows() {
    local what=$1 expected=$2
    shift 2
    run "$@"
    expect "$what" "$expected" "$(athena get-query-results --query-execution-id "$id" \
        --query "ResultSet.Rows[].join(',', Data[].VarCharValue)" --output text | tr '\t' '\n')"
}

"$aws" s3 mb "$results" >/dev/null
"$aws" s3 mb "$lake" >/dev/null

run "CREATE DATABASE cli"
rows "SHOW DATABASES" "cli" "SHOW DATABASES LIKE 'cli'"
printf '{"id": 1, "word": "one"}\n{"id": 2, "word": "zwei ü"}\n' | "$aws" s3 cp - "$lake/orders/day=2024-01-31/1.json"
printf '{"id": 3}\n' | "$aws" s3 cp - "$lake/orders/day=2024-02-01/1.json"
run "CREATE EXTERNAL TABLE orders (id int, word string) PARTITIONED BY (day string)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '$lake/orders/'" --query-execution-context Database=cli
expect "the table is Glue's" "orders" "$("$aws" glue get-tables --database-name cli --query 'TableList[].Name' --output text)"
run "MSCK REPAIR TABLE orders" --query-execution-context Database=cli
rows "a query" $'id,word,day\n1,one,2024-01-31\n2,zwei ü,2024-01-31' \
    "SELECT * FROM orders WHERE day < '2024-02' ORDER BY id" --query-execution-context Database=cli,Catalog=AwsDataCatalog
expect "its file" $'"id","word","day"\n"1","one","2024-01-31"\n"2","zwei ü","2024-01-31"' "$("$aws" s3 cp "$results/$id.csv" -)"
expect "what lies beside it" "$id.csv $id.csv.metadata" "$("$aws" s3 ls "$results/$id" | awk '{print $4}' | sort | paste -sd ' ')"
answer "get-query-execution" "SUCCEEDED DML SELECT cli primary $results/$id.csv" get-query-execution --query-execution-id "$id" \
    --query 'QueryExecution.[Status.State,StatementType,SubstatementType,QueryExecutionContext.Database,WorkGroup,ResultConfiguration.OutputLocation]'
answer "columns of a result" "id integer word varchar day varchar" get-query-results --query-execution-id "$id" \
    --query 'ResultSet.ResultSetMetadata.ColumnInfo[].[Name,Type][]'
rows "an empty text" $'a,b\n,x' "SELECT '' AS a, 'x' AS b"
answer "get-query-runtime-statistics" "True" get-query-runtime-statistics --query-execution-id "$id" \
    --query 'QueryRuntimeStatistics.Timeline.TotalExecutionTimeInMillis >= `0`'

rows "parameters" $'_col0,_col1\nit'"'"$'s,42' "SELECT ?, ? + 1" --execution-parameters "'it''s'" 41
run "SELECT n FROM UNNEST(sequence(1, 1200)) AS t (n) ORDER BY n"
expect "pages are followed" "1201" "$(athena get-query-results --query-execution-id "$id" --output json --query 'length(ResultSet.Rows)')"
answer "one page" "10" get-query-results --query-execution-id "$id" --no-paginate --max-results 10 --query 'length(ResultSet.Rows)'

first=$id
run "SELECT 2"
answer "list-query-executions" "$id $first" list-query-executions --no-paginate --max-results 2 --query 'QueryExecutionIds[]'
answer "batch-get-query-execution" "2" batch-get-query-execution --query-execution-ids "$id" "$first" --query 'length(QueryExecutions)'

id=$(start "SELECT * FROM absent" --query-execution-context Database=cli)
expect "a query that fails" "FAILED" "$(ended "$id")"
case $(athena get-query-execution --query-execution-id "$id" --query QueryExecution.Status.StateChangeReason --output text) in
TABLE_NOT_FOUND*) expect "and why" "TABLE_NOT_FOUND" "TABLE_NOT_FOUND" ;;
*) expect "and why" "TABLE_NOT_FOUND…" "$(athena get-query-execution --query-execution-id "$id" --query QueryExecution.Status --output text)" ;;
esac
refused "its result" InvalidRequestException get-query-results --query-execution-id "$id"
refused "what is no SQL" InvalidRequestException start-query-execution --query-string "SELEC 1" --result-configuration "OutputLocation=$results/"
refused "a result without a place" InvalidRequestException start-query-execution --query-string "SELECT 1"

id=$(start "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x), UNNEST(sequence(1, 10000)) AS b (y),
    UNNEST(sequence(1, 10000)) AS c (z) WHERE (x * y + z) % 7 = 3")
athena stop-query-execution --query-execution-id "$id"
expect "stop-query-execution" "CANCELLED" "$(ended "$id")"

run "CREATE TABLE made WITH (format = 'PARQUET', external_location = '$lake/made/') AS SELECT id, word FROM orders" --query-execution-context Database=cli
rows "CREATE TABLE AS" $'_col0\n3' "SELECT count(*) FROM cli.made"
run "UNLOAD (SELECT id FROM orders WHERE id = 3) TO '$lake/unloaded/' WITH (format = 'JSON', compression = 'NONE')" --query-execution-context Database=cli
manifest=$(athena get-query-execution --query-execution-id "$id" --query QueryExecution.Statistics.DataManifestLocation --output text)
unloaded=$("$aws" s3 cp "$manifest" - | head -n 1)
expect "UNLOAD" '{"id":3}' "$("$aws" s3 cp "$unloaded" -)"

# Work groups, and what is kept in them.
answer "list-work-groups" "primary" list-work-groups --query 'WorkGroups[].Name'
athena create-work-group --name cli --configuration "ResultConfiguration={OutputLocation=$results/cli/},EnforceWorkGroupConfiguration=true" \
    --tags Key=team,Value=ingest
answer "get-work-group" "cli ENABLED True" get-work-group --work-group cli \
    --query 'WorkGroup.[Name,State,Configuration.EnforceWorkGroupConfiguration]'
run "SELECT 1" --work-group cli
answer "the group's place" "$results/cli/$id.csv" get-query-execution --query-execution-id "$id" --query QueryExecution.ResultConfiguration.OutputLocation
answer "list-tags-for-resource" "team ingest" list-tags-for-resource --query 'Tags[].[Key,Value][]' \
    --resource-arn arn:aws:athena:us-east-1:123456789012:workgroup/cli
athena update-work-group --work-group cli --state DISABLED
refused "a disabled work group" InvalidRequestException start-query-execution --query-string "SELECT 1" --work-group cli

named=$(athena create-named-query --name one --database cli --query-string "SELECT 1" --query NamedQueryId --output text)
answer "get-named-query" "one cli SELECT 1" get-named-query --named-query-id "$named" --query 'NamedQuery.[Name,Database,QueryString]'
answer "list-named-queries" "$named" list-named-queries --query 'NamedQueryIds[]'
answer "batch-get-named-query" "one" batch-get-named-query --named-query-ids "$named" --query 'NamedQueries[].Name'
athena delete-named-query --named-query-id "$named"
refused "a named query that is not there" InvalidRequestException get-named-query --named-query-id "$named"

athena create-prepared-statement --statement-name doubled --work-group primary --query-statement "SELECT ? * 2 AS n"
rows "a prepared statement" $'n\n42' "EXECUTE doubled USING 21"
answer "list-prepared-statements" "doubled" list-prepared-statements --work-group primary --query 'PreparedStatements[].StatementName'
answer "get-prepared-statement" "SELECT ? * 2 AS n" get-prepared-statement --statement-name doubled --work-group primary --query PreparedStatement.QueryStatement
athena delete-prepared-statement --statement-name doubled --work-group primary
refused "a prepared statement that is not there" ResourceNotFoundException get-prepared-statement --statement-name doubled --work-group primary

answer "list-data-catalogs" "AwsDataCatalog GLUE" list-data-catalogs --query 'DataCatalogsSummary[].[CatalogName,Type][]'
answer "list-databases" "cli" list-databases --catalog-name AwsDataCatalog --query "DatabaseList[?Name=='cli'].Name"
answer "get-table-metadata" "orders id int word string day" get-table-metadata --catalog-name AwsDataCatalog --database-name cli --table-name orders \
    --query 'TableMetadata.[Name,Columns[0].Name,Columns[0].Type,Columns[1].Name,Columns[1].Type,PartitionKeys[0].Name]'
answer "list-table-metadata" "made orders" list-table-metadata --catalog-name AwsDataCatalog --database-name cli --query 'sort(TableMetadataList[].Name)'
refused "a table that is not there" MetadataException get-table-metadata --catalog-name AwsDataCatalog --database-name cli --table-name absent

run "DROP DATABASE cli CASCADE"
expect "DROP DATABASE" "" "$("$aws" glue get-databases --query "DatabaseList[?Name=='cli'].Name" --output text)"
athena delete-work-group --work-group cli --recursive-delete-option
refused "a work group that is not there" InvalidRequestException get-work-group --work-group cli
echo "athena-awscli: $passed passed, 0 failed"
