import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const InvalidPolicy = defineError<[string | number]>('RGW_INVALID_POLICY', 500, {
  reason: 'the policy is invalid: %s',
  remedy: 'correct it, and check it with rack-gateway policy check',
  remedyInMessage: false,
})
export const UnusablePolicyFile = defineError<[string | number, string | number]>('RGW_UNUSABLE_POLICY_FILE', 500, {
  reason: 'the policy document %s cannot be used: %s',
  remedy: 'correct it, and check it with rack-gateway policy check',
  remedyInMessage: false,
})
export const InvalidPolicyPackage = defineError<[string | number]>('RGW_INVALID_POLICY_PACKAGE', 500, {
  reason: 'the policy package is invalid: %s',
  remedy: 'correct its exports',
  remedyInMessage: false,
})
export const UnusablePolicyPackage = defineError<[string | number, string | number]>(
  'RGW_UNUSABLE_POLICY_PACKAGE',
  500,
  {
    reason: 'POLICY_PACKAGES lists %s, which cannot be used: %s',
    remedy: 'correct it, or take it out of POLICY_PACKAGES',
    remedyInMessage: false,
  },
)
/** Thrown with the status that the package chose. */
export const PackageDenial = defineErrorWithText('RGW_PACKAGE_REFUSED', 403, { stack: false })
