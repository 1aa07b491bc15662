"""A deployed resource is on the server with every property; what would be dropped in silence is an error."""

from __future__ import annotations

import json

import pytest

from nightlatch.local.aws.moto_server import MotoServer
from nightlatch.local.aws.sessions import stage_session
from nightlatch.local.deployment import TemplateError, UnknownResourceType, UnreadProperty, deploy, read_template
from nightlatch.local.deployment.errors import CreationFailed, UnknownReference, Unsupported
from nightlatch.local.deployment.template import Place

PLACE = Place(account="111122223333", region="eu-west-1", stack_name="small")


@pytest.fixture(scope="module")
def server():
    with MotoServer(tell=lambda _envelope: None) as running:
        yield running


@pytest.fixture
def make(server, tmp_path):
    """Deploy resources written as YAML, under a stack name of their own."""

    def deploy_text(text, **parameters):
        path = tmp_path / "template.yaml"
        path.write_text(text, encoding="utf-8")
        place = Place(account="111122223333", region="eu-west-1", stack_name=tmp_path.name.replace("_", "-")[:20])
        return deploy(read_template(path, parameters, place), server.endpoint)

    return deploy_text


@pytest.fixture
def client(server):
    made = []

    def of(service):
        one = stage_session("eu-west-1").client(service, endpoint_url=server.endpoint)
        made.append(one)
        return one

    yield of
    for one in made:
        one.close()


def test_an_unknown_resource_type_is_an_error_that_names_it(make):
    with pytest.raises(UnknownResourceType, match=r"Ship \(AWS::Harbour::Ship\); nothing was deployed"):
        make("Resources: {Ship: {Type: 'AWS::Harbour::Ship'}}")


def test_a_property_that_no_creator_reads_is_an_error_that_names_it(make):
    with pytest.raises(UnreadProperty, match=r"Lane \(AWS::SQS::Queue\).*VisibilityTimeOut"):
        make("Resources: {Lane: {Type: 'AWS::SQS::Queue', Properties: {VisibilityTimeOut: 5}}}")


def test_an_unknown_member_deep_inside_a_property_is_an_error_too(make):
    text = """
Resources:
  Box:
    Type: AWS::S3::Bucket
    Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled, ExpireInDays: 3}]}}
"""
    with pytest.raises(UnreadProperty, match=r"Rules\[0\].*ExpireInDays"):
        make(text)


def test_what_boto3_refuses_is_told_with_the_resource(make):
    text = """
Resources:
  Seen: {Type: "AWS::DynamoDB::Table", Properties: {KeySchema: [{AttributeName: id, KeyTyp: HASH}]}}
"""

    with pytest.raises(CreationFailed, match=r"(?s)Seen \(AWS::DynamoDB::Table\).*KeyTyp"):
        make(text)


def test_a_missing_attribute_is_an_error(make):
    text = """
Resources:
  One: {Type: "AWS::SNS::Topic"}
  Two: {Type: "AWS::SNS::Topic", Properties: {DisplayName: !GetAtt One.Colour}}
"""
    with pytest.raises(UnknownReference, match="One has no attribute Colour"):
        make(text)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            "{Id: a, Arn: 'arn:aws:sqs:eu-west-1:111122223333:q', InputTransformer: {InputTemplate: '1'}}",
            "InputTransformer",
        ),
        ("{Id: a, Arn: 'arn:aws:kinesis:eu-west-1:111122223333:stream/s'}", "SQS, SNS and Lambda alone"),
    ],
)
def test_a_rule_that_the_bus_could_not_serve_is_refused(make, target, said):
    text = f"""
Resources:
  R: {{Type: "AWS::Events::Rule", Properties: {{EventPattern: {{source: [a]}}, Targets: [{target}]}}}}
"""

    with pytest.raises(Unsupported, match=said):
        make(text)


def test_a_pattern_that_aws_would_refuse_is_refused(make):
    text = "Resources: {R: {Type: 'AWS::Events::Rule', Properties: {EventPattern: {source: [{prefx: a}]}}}}"

    with pytest.raises(TemplateError, match="prefx"):
        make(text)


def test_a_table_keeps_its_expiry_recovery_and_encryption(make, client):
    stack = make("""
Resources:
  Seen:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
""")
    name, tables = stack.physical_id("Seen"), client("dynamodb")

    assert tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"] == "expires_at"
    backups = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert tables.describe_table(TableName=name)["Table"]["SSEDescription"]["Status"] == "ENABLED"


def test_numbers_given_as_text_and_policies_given_as_yaml_take_the_type_that_aws_wants(make, client):
    stack = make(
        """
Parameters: {Wait: {Type: Number, Default: 7}}
Resources:
  Lane:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: !Ref Wait, SqsManagedSseEnabled: true}
  Door:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Lane]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: "sqs:SendMessage"
            Resource: !GetAtt Lane.Arn
  Bell:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: m
      Namespace: n
      Statistic: Sum
      Period: "60"
      EvaluationPeriods: !Ref Wait
      Threshold: "1"
      ComparisonOperator: GreaterThanThreshold
"""
    )
    attributes = client("sqs").get_queue_attributes(QueueUrl=stack.physical_id("Lane"), AttributeNames=["All"])[
        "Attributes"
    ]

    assert attributes["VisibilityTimeout"] == "7"
    assert json.loads(attributes["Policy"])["Statement"][0]["Resource"] == stack.resource("Lane").attributes["Arn"]
    alarm = client("cloudwatch").describe_alarms(AlarmNames=[stack.physical_id("Bell")])["MetricAlarms"][0]
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (60, 7, 1.0)


def test_a_bucket_and_a_secret_are_made_with_what_the_template_says(make, client):
    stack = make(
        """
Resources:
  Vault:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true}
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms"}}]
      LifecycleConfiguration: {Rules: [{Id: old, Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}]}
  Token:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: {SecretStringTemplate: '{"user": "ana"}', GenerateStringKey: word, PasswordLength: 20}
  Setting:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref Vault}
"""
    )
    bucket = stack.physical_id("Vault")

    assert client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rules[0]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    drawn = json.loads(client("secretsmanager").get_secret_value(SecretId=stack.physical_id("Token"))["SecretString"])
    assert drawn["user"] == "ana"
    assert len(drawn["word"]) == 20
    assert client("ssm").get_parameter(Name=stack.physical_id("Setting"))["Parameter"]["Value"] == bucket


def test_a_parameter_of_ssm_is_expanded_and_a_missing_one_is_an_error(make, client):
    client("ssm").put_parameter(Name="/planted/greeting", Value="hello", Type="String", Overwrite=True)
    text = "Resources: {One: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: '{{resolve:ssm:/planted/%s}}'}}}"

    assert make(text % "greeting").resource("One").properties == {"DisplayName": "hello"}
    with pytest.raises(UnknownReference, match="/planted/nothing does not exist"):
        make(text % "nothing")


def test_what_moto_cannot_hold_is_listed_and_still_judged(make):
    text = """
Resources:
  All:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {AlarmRule: "ALARM(a)", ActionsEnabled: %s}
"""
    stack = make(text % "true")

    assert [one.logical_id for one in stack.unrealised] == ["All"]
    with pytest.raises(CreationFailed, match="ActionsEnabled"):
        make(text % "sometimes")


CONNECTED = """
Resources:
  Lane: {Type: "AWS::SQS::Queue"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
      Policies:
        - PolicyName: take
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: [ACTIONS], Resource: !GetAtt Lane.Arn}]
  Shape:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.13
      Role: !GetAtt Role.Arn
      Events: {Lane: {Type: SQS, Properties: {Queue: !GetAtt Lane.Arn}}}
Transform: AWS::Serverless-2016-10-31
"""


@pytest.fixture
def code(tmp_path):
    """A handler beside the template."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context): ...\n", encoding="utf-8")


@pytest.mark.usefixtures("code")
def test_a_queue_is_connected_only_with_a_function_whose_role_may_read_it(make):
    with pytest.raises(CreationFailed, match="does not have permissions to call DeleteMessage, GetQueueAttributes on"):
        make(CONNECTED.replace("ACTIONS", "sqs:ReceiveMessage"))


@pytest.mark.usefixtures("code")
def test_who_may_receive_delete_and_ask_is_connected_with_the_queue(make):
    stack = make(CONNECTED.replace("ACTIONS", "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes"))

    assert [mapping.queue_arn for mapping in stack.mappings] == [stack.resource("Lane").attributes["Arn"]]
