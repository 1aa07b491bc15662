"""What a vault is made of stands on the stage as the template says: bucket, lock, keys, lane, table and schedule."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from nightlatch.local.aws.moto_server import MotoServer
from nightlatch.local.aws.sessions import stage_session
from nightlatch.local.deployment import deploy, read_template
from nightlatch.local.deployment.template import Place

VAULT = """
Parameters:
  LockDays: {Type: Number, Default: "0"}
Conditions:
  Locks: !Not [!Equals [!Ref LockDays, "0"]]
Resources:
  Vault:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties:
      VersioningConfiguration: {Status: Enabled}
      ObjectLockEnabled: !If [Locks, true, !Ref AWS::NoValue]
      ObjectLockConfiguration: !If
        - Locks
        - ObjectLockEnabled: Enabled
          Rule: {DefaultRetention: {Mode: COMPLIANCE, Days: !Ref LockDays}}
        - !Ref AWS::NoValue
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - BucketKeyEnabled: true
            ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: !GetAtt Key.Arn}
      PublicAccessBlockConfiguration:
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerEnforced}]}
      LifecycleConfiguration:
        Rules:
          - Id: keep-30
            Status: Enabled
            Prefix: copies/30/
            ExpirationInDays: 30
            NoncurrentVersionExpiration: {NoncurrentDays: 1}
          - {Status: Enabled, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}}
  Door:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Vault
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: [!GetAtt Vault.Arn, !Sub "${Vault.Arn}/*"]
            Condition: {Bool: {"aws:SecureTransport": "false"}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      PendingWindowInDays: 30
      KeyPolicy:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: "kms:*", Resource: "*"}]
  Fingerprints:
    Type: AWS::KMS::Key
    Properties: {KeySpec: HMAC_256, KeyUsage: GENERATE_VERIFY_MAC, Tags: [{Key: part, Value: vault}]}
  FingerprintsName:
    Type: AWS::KMS::Alias
    Properties: {AliasName: !Sub "alias/${AWS::StackName}-fingerprints", TargetKeyId: !Ref Fingerprints}
  Lane:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}, VisibilityTimeout: 400}
  Dead: {Type: "AWS::SQS::Queue", Properties: {MessageRetentionPeriod: 1209600}}
  Drill:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(7 days)
      Targets: [{Id: lane, Arn: !GetAtt Lane.Arn, Input: '{"drill": null}'}]
"""


@pytest.fixture(scope="module")
def server():
    with MotoServer(tell=lambda _envelope: None) as running:
        yield running


@pytest.fixture
def make(server, tmp_path):
    """Deploy the vault with some parameters."""

    def deployed(**parameters):
        path = tmp_path / "template.yaml"
        path.write_text(VAULT, encoding="utf-8")
        place = Place(account="111122223333", region="eu-west-1", stack_name=tmp_path.name.replace("_", "-")[-20:])
        return deploy(read_template(path, parameters, place), server.endpoint)

    return deployed


@pytest.fixture
def client(server):
    made = []

    def of(service):
        made.append(stage_session("eu-west-1").client(service, endpoint_url=server.endpoint))
        return made[-1]

    yield of
    for one in made:
        one.close()


def test_nothing_of_a_vault_is_passed_over(make):
    assert make(LockDays="7").unrealised == ()


def test_the_bucket_has_its_versions_encryption_and_policy(make, client):
    stack, s3 = make(), client("s3")
    bucket = stack.physical_id("Vault")

    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    key = stack.resource("Key").attributes["Arn"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert rule["BucketKeyEnabled"] is True
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    kept, aborted = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert (kept["Filter"], kept["Expiration"]) == ({"Prefix": "copies/30/"}, {"Days": 30})
    assert aborted["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_bucket_takes_objects_and_encrypts_them_by_itself(make, client):
    stack, s3 = make(), client("s3")
    bucket = stack.physical_id("Vault")

    put = s3.put_object(Bucket=bucket, Key="copies/30/a", Body=b"sealed")

    assert put["SSEKMSKeyId"] == stack.resource("Key").attributes["Arn"]
    assert s3.get_object(Bucket=bucket, Key="copies/30/a")["Body"].read() == b"sealed"


def test_a_locked_copy_cannot_be_removed(make, client):
    s3 = client("s3")
    bucket = make(LockDays="7").physical_id("Vault")
    copy = s3.put_object(Bucket=bucket, Key="copies/30/a", Body=b"sealed")

    locked = s3.head_object(Bucket=bucket, Key="copies/30/a")
    assert locked["ObjectLockMode"] == "COMPLIANCE"
    assert locked["ObjectLockRetainUntilDate"] - datetime.now(UTC) > timedelta(days=6)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="copies/30/a", VersionId=copy["VersionId"])


def test_without_days_a_copy_is_not_locked(make, client):
    s3 = client("s3")
    bucket = make().physical_id("Vault")
    copy = s3.put_object(Bucket=bucket, Key="copies/30/a", Body=b"sealed")

    s3.delete_object(Bucket=bucket, Key="copies/30/a", VersionId=copy["VersionId"])

    assert s3.list_object_versions(Bucket=bucket).get("Versions", []) == []


def test_a_key_for_fingerprints_makes_macs_by_its_alias(make, client):
    stack, kms = make(), client("kms")
    alias = stack.physical_id("FingerprintsName")

    made = kms.generate_mac(KeyId=alias, Message=b"m", MacAlgorithm="HMAC_SHA_256")

    described = kms.describe_key(KeyId=stack.physical_id("Fingerprints"))["KeyMetadata"]
    assert (described["KeySpec"], described["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")
    assert kms.verify_mac(KeyId=alias, Message=b"m", MacAlgorithm="HMAC_SHA_256", Mac=made["Mac"])["MacValid"] is True


def test_the_key_of_the_vault_rotates_and_has_its_policy(make, client):
    stack, kms = make(), client("kms")
    key = stack.physical_id("Key")

    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    (statement,) = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "111122223333"}
