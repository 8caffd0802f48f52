import { defineError } from '@rack-gateway/errors'

export const InvalidCommandRules = defineError<[string | number]>(
  'RGW_INVALID_COMMAND_RULES',
  'the command rules are not valid: %s\ncorrect them',
  500,
  { reasonOnly: true },
)
