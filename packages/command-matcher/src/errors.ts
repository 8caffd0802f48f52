import { defineError } from '@rack-gateway/errors'

export const InvalidCommandRules = defineError<[string | number]>('RGW_INVALID_COMMAND_RULES', 500, {
  reason: 'The command rules are invalid: %s.',
  remedy: 'Correct the rules.',
  remedyInMessage: false,
})
