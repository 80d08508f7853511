"""What AWS asks in us-east-1, in USD, the list price of the first tier without the free ones. Each with its page.

Read 2026-11-21 in the project's notes of these pages; look again when a figure matters.
"""

MILLION, GIGABYTE, MONTH_DAYS = 1e6, 1e9, 30

# https://aws.amazon.com/lambda/pricing/
LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_ARM_GB_SECOND = 0.0000133334
DURABLE_OPERATION = 8.00 / MILLION
DURABLE_BYTE_WRITTEN = 0.25 / GIGABYTE
DURABLE_BYTE_MONTH = 0.15 / GIGABYTE
# https://aws.amazon.com/api-gateway/pricing/
HTTP_API_REQUEST = 1.00 / MILLION
# https://aws.amazon.com/dynamodb/pricing/on-demand/
DYNAMODB_WRITE_UNIT = 0.625 / MILLION
DYNAMODB_READ_UNIT = 0.125 / MILLION
DYNAMODB_BYTE_MONTH = (0.25 + 0.20) / GIGABYTE  # the second for point-in-time recovery
# https://aws.amazon.com/s3/pricing/
S3_PUT_OR_LIST = 0.005 / 1000
S3_GET = 0.0004 / 1000
S3_BYTE_MONTH = 0.023 / GIGABYTE
# https://aws.amazon.com/secrets-manager/pricing/
SECRET_CALL = 0.05 / 10_000
SECRET_MONTH = 0.40
# https://aws.amazon.com/cloudwatch/pricing/
LOG_BYTE = 0.50 / GIGABYTE
METRIC_MONTH = 0.30
ALARM_MONTH = 0.10
DASHBOARD_MONTH = 3.00
# https://aws.amazon.com/xray/pricing/
TRACE = 5.00 / MILLION
# https://aws.amazon.com/eventbridge/pricing/
SCHEDULED = 1.00 / MILLION
# https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
BYTE_TO_THE_INTERNET = 0.09 / GIGABYTE
