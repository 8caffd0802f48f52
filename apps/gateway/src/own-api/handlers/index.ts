import type { Handlers } from '../call.ts'
import { bindingHandlers } from './bindings.ts'
import { meHandlers } from './me.ts'
import { policyHandlers } from './policy.ts'
import { serviceAccountHandlers } from './service-accounts.ts'
import { sessionHandlers } from './sessions.ts'
import { tokenHandlers } from './tokens.ts'
import { userHandlers } from './users.ts'

export const handlers: Handlers = {
  ...meHandlers,
  ...sessionHandlers,
  ...userHandlers,
  ...serviceAccountHandlers,
  ...bindingHandlers,
  ...tokenHandlers,
  ...policyHandlers,
}
