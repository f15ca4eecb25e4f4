"""The entry point of a Spark SQL job: --tables FILE --sql FILE [--checkpoints DIRECTORY].

The first file holds the tables that the operator derived, the second what the user wrote. A batch job ends when its last
statement has; a streaming job when one of its queries does, which is an error.
"""

import argparse
import logging
import sys

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from sluice_spark.errors import QueryError, SqlError, first_sentence
from sluice_spark.job import Job
from sluice_spark.tables import parse_tables
from sluice_spark.termination import write_termination_message


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", required=True)
    parser.add_argument("--sql", required=True)
    parser.add_argument("--checkpoints")
    given = parser.parse_args()
    with open(given.tables, encoding="utf-8") as file:
        tables = parse_tables(file.read())
    with open(given.sql, encoding="utf-8") as file:
        sql = file.read()
    spark = (
        SparkSession.builder.config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .getOrCreate()
    )
    try:
        Job(spark, tables, given.checkpoints).run(sql)
        if tables.is_streaming:
            spark.streams.awaitAnyTermination()
            raise QueryError("a query of the job has ended without an error: it is started again")
        return 0
    except (SqlError, QueryError) as error:
        return failed(str(error))
    except StreamingQueryException as error:
        logging.exception("a query has ended")
        return failed(f"a query has ended: {first_sentence(str(error))}")
    except Exception as error:
        logging.exception("the job has ended")
        return failed(f"the job has ended: {first_sentence(str(error))}")
    finally:
        spark.stop()


def failed(message: str) -> int:
    print(message, file=sys.stderr)
    write_termination_message(message)
    return 1


if __name__ == "__main__":
    sys.exit(main())
