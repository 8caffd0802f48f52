import { createRefusal } from '@rack-gateway/errors'

export const InvalidCommandRules = createRefusal<[string | number]>(
  'RGW_INVALID_COMMAND_RULES',
  'the command rules are not valid: %s\ncorrect them',
  500,
  { brief: true },
)
