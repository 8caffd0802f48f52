import createError from '@fastify/error'

export const InvalidPolicy = createError('RGW_INVALID_POLICY', 'the policy is not valid: %s', 500)
export const UnusablePolicyFile = createError(
  'RGW_UNUSABLE_POLICY_FILE',
  'the policy document %s can not be used: %s',
  500,
)
export const InvalidPolicyPackage = createError(
  'RGW_INVALID_POLICY_PACKAGE',
  'the policy package is not valid: %s',
  500,
)
export const UnusablePolicyPackage = createError(
  'RGW_UNUSABLE_POLICY_PACKAGE',
  'POLICY_PACKAGES lists %s, which can not be used: %s',
  500,
)
/** With the status that the package gave it. */
export const PackageRefusal = createError<[string]>('RGW_PACKAGE_REFUSED', '%s', 403, Error, false)
