import createError from '@fastify/error'

export const InvalidPolicy = createError('RGW_INVALID_POLICY', 'the policy is not valid: %s', 500)
export const UnusablePolicyFile = createError(
  'RGW_UNUSABLE_POLICY_FILE',
  'the policy document %s can not be used: %s',
  500,
)
