#!/usr/bin/env bash
# The Glue Data Catalog through the AWS CLI, version 1 from PyPI. Needs AWS_ENDPOINT_URL; $1 is the `aws` to call.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
aws=${1:-aws}

glue() { "$aws" glue "$@"; }

# query WHAT EXPECTED COMMAND… compares the text output of a command.
query() {
    local what=$1 expected=$2 actual
    shift 2
    actual=$(glue "$@" --output text | tr '\t\n' '  ' | sed 's/ $//')
    expect "$what" "$expected" "$actual"
}

# error WHAT CODE COMMAND… compares the code of the error that a command ends with.
error() {
    local what=$1 code=$2 output
    shift 2
    if output=$(glue "$@" 2>&1); then
        expect "$what" "an error" "$output"
    fi
    expect "$what" "($code)" "$(grep -o '([A-Za-z0-9]*)' <<<"$output" | head -n 1)"
}

glue create-database --database-input Name=Shop,Description=sold --tags team=data
query "databases" "shop sold" get-databases --query 'DatabaseList[].[Name,Description]'
query "tags" "data" get-tags --resource-arn arn:aws:glue:us-east-1:123456789012:database/shop --query Tags.team
error "a database twice" AlreadyExistsException create-database --database-input Name=shop

glue create-table --database-name shop --table-input '{"Name":"orders","TableType":"EXTERNAL_TABLE",
    "PartitionKeys":[{"Name":"day","Type":"date"},{"Name":"hour","Type":"int"}],
    "StorageDescriptor":{"Columns":[{"Name":"id","Type":"bigint"}],"Location":"s3://lake/orders/"}}'
query "a table" "orders 0 EXTERNAL_TABLE" get-table --database-name shop --name ORDERS --query 'Table.[Name,VersionId,TableType]'
glue update-table --database-name shop --version-id 0 --table-input '{"Name":"orders","Description":"second",
    "PartitionKeys":[{"Name":"day","Type":"date"},{"Name":"hour","Type":"int"}]}'
query "versions, the newest first" "1 0" get-table-versions --database-name shop --table-name orders --query 'TableVersions[].VersionId'
error "an update of what was" ConcurrentModificationException update-table --database-name shop --version-id 0 --table-input Name=orders
glue create-table --database-name shop --table-input Name=customers
query "tables by pattern" "orders" get-tables --database-name shop --expression 'ord*' --query 'TableList[].Name'
query "tables in pages" "customers orders" get-tables --database-name shop --page-size 1 --query 'TableList[].Name'
query "tables by word" "orders" search-tables --search-text second --query 'TableList[].Name'

inputs=$(for hour in 9 10 11; do printf 'Values=2024-01-31,%s Values=2024-02-01,%s ' "$hour" "$hour"; done)
# shellcheck disable=SC2086 # one word for each partition
query "partitions in a batch" "None" batch-create-partition --database-name shop --table-name orders --partition-input-list $inputs --query Errors
query "partitions by typed values" "10 11" get-partitions --database-name shop --table-name orders \
    --expression "day > '2024-01-31' AND hour BETWEEN 10 AND 100" --query 'sort(Partitions[].Values[1])'
query "partitions in pages" "10 11 9 10 11 9" get-partitions --database-name shop --table-name orders --page-size 2 --query 'Partitions[].Values[1]'
query "partitions by any of two" "2" get-partitions --database-name shop --table-name orders --expression 'hour = 9' --query 'length(Partitions)'
error "no expression" InvalidInputException get-partitions --database-name shop --table-name orders --expression 'hour = 9 AND'
error "no key" InvalidInputException get-partitions --database-name shop --table-name orders --expression 'minute = 9'
query "a partition" "2024-01-31 9" get-partition --database-name shop --table-name orders --partition-values 2024-01-31 9 --query 'Partition.Values'
glue delete-partition --database-name shop --table-name orders --partition-values 2024-01-31 9
error "a partition that is gone" EntityNotFoundException get-partition --database-name shop --table-name orders --partition-values 2024-01-31 9
glue create-partition-index --database-name shop --table-name orders --partition-index Keys=hour,IndexName=by_hour
query "indexes" "by_hour ACTIVE" get-partition-indexes --database-name shop --table-name orders --query 'PartitionIndexDescriptorList[].[IndexName,IndexStatus]'

statistics='[{"ColumnName":"id","ColumnType":"bigint","AnalyzedTime":1700000000,"StatisticsData":{"Type":"LONG",
    "LongColumnStatisticsData":{"MinimumValue":1,"MaximumValue":9,"NumberOfNulls":0,"NumberOfDistinctValues":9}}}]'
glue update-column-statistics-for-table --database-name shop --table-name orders --column-statistics-list "$statistics" >/dev/null
query "statistics" "1 9" get-column-statistics-for-table --database-name shop --table-name orders --column-names id \
    --query 'ColumnStatisticsList[].StatisticsData.LongColumnStatisticsData.[MinimumValue,MaximumValue]'
glue create-user-defined-function --database-name shop --function-input FunctionName=mask,ClassName=com.shop.Mask
query "functions" "mask" get-user-defined-functions --database-name shop --pattern '*' --query 'UserDefinedFunctions[].FunctionName'
glue create-connection --connection-input '{"Name":"db","ConnectionType":"JDBC","ConnectionProperties":{"USERNAME":"u","PASSWORD":"p"}}' >/dev/null
query "a connection without its password" "u" get-connection --name db --hide-password --query 'values(Connection.ConnectionProperties)'

glue create-registry --registry-name events >/dev/null
glue create-schema --registry-id RegistryName=events --schema-name order --data-format AVRO --compatibility NONE --schema-definition '"int"' >/dev/null
query "another version" "2 AVAILABLE" register-schema-version --schema-id RegistryName=events,SchemaName=order --schema-definition '"long"' --query '[VersionNumber,Status]'
query "the newest version" '"long"' get-schema-version --schema-id RegistryName=events,SchemaName=order --schema-version-number LatestVersion=true --query SchemaDefinition
query "a definition that is none" "False" check-schema-version-validity --data-format JSON --schema-definition '{' --query Valid
query "a registry goes" "DELETING" delete-registry --registry-id RegistryName=events --query Status

glue delete-database --name shop
error "tables of a database that is gone" EntityNotFoundException get-tables --database-name shop
error "jobs" UnknownOperationException get-jobs
echo "glue through the AWS CLI: $passed passed"
