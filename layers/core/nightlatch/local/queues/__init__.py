"""SQS on the stage: lanes that deliver batches as Lambda's poller does, over moto's corrected queues."""
