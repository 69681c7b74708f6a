"""A plugin of pytest for moto's tests of Glue: tables that a test creates without partition keys get one.

AWS refuses a partition whose values are not as many as the keys of its table, and so does wavetank. moto does not, and its
tests rely on that. With this plugin they run all the same.
"""

import tests.test_glue.helpers as helpers

table_input = helpers.create_table_input


def with_a_key(database_name, table_name, columns=None, partition_keys=None):
    keys = partition_keys or [{"Name": "part", "Type": "string"}]
    return table_input(database_name, table_name, columns=columns, partition_keys=keys)


helpers.create_table_input = with_a_key
