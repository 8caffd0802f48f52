import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const InvalidPolicy = defineError<[string | number]>(
  'RGW_INVALID_POLICY',
  'the policy is invalid: %s\ncorrect it, and check it with rack-gateway policy check',
  500,
  { remedyInMessage: false },
)
export const UnusablePolicyFile = defineError<[string | number, string | number]>(
  'RGW_UNUSABLE_POLICY_FILE',
  'the policy document %s cannot be used: %s\ncorrect it, and check it with rack-gateway policy check',
  500,
  { remedyInMessage: false },
)
export const InvalidPolicyPackage = defineError<[string | number]>(
  'RGW_INVALID_POLICY_PACKAGE',
  'the policy package is invalid: %s\ncorrect its exports',
  500,
  { remedyInMessage: false },
)
export const UnusablePolicyPackage = defineError<[string | number, string | number]>(
  'RGW_UNUSABLE_POLICY_PACKAGE',
  'POLICY_PACKAGES lists %s, which cannot be used: %s\ncorrect it, or take it out of POLICY_PACKAGES',
  500,
  { remedyInMessage: false },
)
/** Thrown with the status that the package chose. */
export const PackageDenial = defineErrorWithText('RGW_PACKAGE_REFUSED', 403, { stack: false })
