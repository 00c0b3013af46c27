'use strict';

/**
 * The credentials that the framework would deploy with: `{accessKeyId, secretAccessKey, sessionToken}`.
 *
 * osls gives them for AWS SDK v3, Serverless 3 for v2. Rejects where there are none.
 */
async function credentialsOf(provider, region) {
  const found = await (provider.getAwsSdkV3Config ? ofSdkV3(provider, region) : ofSdkV2(provider));
  if (!found?.accessKeyId || !found.secretAccessKey) throw new Error('The framework has no AWS credentials.');
  const { accessKeyId, secretAccessKey, sessionToken } = found;
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function ofSdkV3(provider, region) {
  const { credentials } = await provider.getAwsSdkV3Config({ region });
  return typeof credentials === 'function' ? credentials() : credentials;
}

async function ofSdkV2(provider) {
  const { credentials } = await provider.getCredentials();
  const given = credentials ?? (await defaultChain(provider));
  if (given?.getPromise) await given.getPromise(); // reads files, assumes a role
  return given;
}

/** What the SDK itself would look for, when the configuration names nothing. */
function defaultChain({ sdk }) {
  return sdk?.CredentialProviderChain ? new sdk.CredentialProviderChain().resolvePromise() : undefined;
}

module.exports = { credentialsOf };
