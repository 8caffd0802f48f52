import createError from '@fastify/error'

export const InvalidPolicy = createError('RGW_INVALID_POLICY', 'the policy is not valid: %s', 500)
