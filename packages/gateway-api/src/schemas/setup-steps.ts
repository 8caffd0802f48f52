import { Type } from 'typebox'

export const SetupSteps = Type.Object({
  terminal: Type.Boolean({ description: 'whether you have logged in with a program other than a browser' }),
  users: Type.Boolean({ description: 'whether there is another user or an invitation' }),
  pipeline: Type.Boolean({ description: 'whether there is an API token or a trust' }),
})
