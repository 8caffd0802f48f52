import { Binding, BindingRequest } from '../schemas/bindings.ts'
import { filteredPageQuery, pageOf, withWarnings } from '../schemas/common.ts'
import { type EndpointTable, everyKind, usersOnly } from './endpoint.ts'

export const bindingEndpoints = {
  listBindings: {
    method: 'GET',
    path: '/bindings',
    summary: 'Lists the bindings of users, groups, service accounts, API tokens, and trusts.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    principalKinds: everyKind,
    query: filteredPageQuery(
      'subject',
      'the ID of a user, service account, API token, or trust, or the name of a group',
    ),
    response: pageOf(Binding),
    compress: true,
  },
  createBinding: {
    method: 'POST',
    path: '/bindings',
    summary: 'Grants a role to a subject.',
    description: 'You can grant only roles that you hold, at the same scope and for no longer.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    principalKinds: usersOnly,
    body: BindingRequest,
    stepUp: 'management',
    status: 201,
    response: withWarnings(Binding),
  },
  removeBinding: {
    method: 'DELETE',
    path: '/bindings/{id}',
    summary: 'Removes a binding.',
    description:
      'The binding of the last administrator cannot be removed, because nobody could grant roles afterwards.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    isRevocation: true,
    principalKinds: usersOnly,
    response: Binding,
  },
} as const satisfies EndpointTable
