import createError from '@fastify/error'

export const InvalidCommandRules = createError('RGW_INVALID_COMMAND_RULES', 'the command rules are not valid: %s', 500)
