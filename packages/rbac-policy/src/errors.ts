import { createRefusal, createTold } from '@rack-gateway/errors'

export const InvalidPolicy = createRefusal<[string | number]>(
  'RGW_INVALID_POLICY',
  'the policy is not valid: %s\ncorrect it, and check it with rack-gateway policy check',
  500,
  { brief: true },
)
export const UnusablePolicyFile = createRefusal<[string | number, string | number]>(
  'RGW_UNUSABLE_POLICY_FILE',
  'the policy document %s can not be used: %s\ncorrect it, and check it with rack-gateway policy check',
  500,
  { brief: true },
)
export const InvalidPolicyPackage = createRefusal<[string | number]>(
  'RGW_INVALID_POLICY_PACKAGE',
  'the policy package is not valid: %s\ncorrect what it exports',
  500,
  { brief: true },
)
export const UnusablePolicyPackage = createRefusal<[string | number, string | number]>(
  'RGW_UNUSABLE_POLICY_PACKAGE',
  'POLICY_PACKAGES lists %s, which can not be used: %s\ncorrect it, or take it out of POLICY_PACKAGES',
  500,
  { brief: true },
)
/** With the status that the package gave it. */
export const PackageRefusal = createTold('RGW_PACKAGE_REFUSED', 403, { stack: false })
