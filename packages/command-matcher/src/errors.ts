import { defineError } from '@rack-gateway/errors'

export const InvalidCommandRules = defineError<[string | number]>(
  'RGW_INVALID_COMMAND_RULES',
  'The command rules are invalid: %s.\nCorrect the rules.',
  500,
  { remedyInMessage: false },
)
