import type { Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'

const tabs = [
  { to: '/people/users', label: 'Users', permission: 'gateway:user:write' },
  { to: '/people/invitations', label: 'Invitations', permission: 'gateway:user:write' },
  { to: '/people/groups', label: 'Groups', permission: 'gateway:binding:write' },
  { to: '/people/bindings', label: 'Bindings', permission: 'gateway:binding:write' },
  { to: '/people/service-accounts', label: 'Service accounts', permission: 'gateway:service-account:write' },
  { to: '/people/tokens', label: 'API tokens', permission: null },
  { to: '/people/trusts', label: 'CI trusts', permission: 'gateway:trust:write' },
  { to: '/people/access-review', label: 'Access review', permission: 'gateway:audit:read' },
] as const

/** Listing the caller's API tokens needs no permission. */
export function peopleTabs(me: Me) {
  return tabs
    .filter(({ permission }) => permission === null || can(me, permission))
    .map(({ to, label }) => ({
      to,
      label: to === '/people/tokens' && !can(me, 'gateway:token:write') ? 'My API tokens' : label,
    }))
}

/** The permission that the person lacks for the tab at a path; null if they can open it. */
export function missingForTab(me: Me, path: string): string | null {
  const { permission = null } = tabs.find(({ to }) => to === path) ?? {}
  return permission === null || can(me, permission) ? null : permission
}

const actions = [
  {
    to: '/people/invitations',
    label: 'Invite a person',
    dialog: 'create',
    permissions: ['gateway:user:write', 'gateway:binding:write'],
  },
  { to: '/people/bindings', label: 'Grant a role', dialog: 'create', permissions: ['gateway:binding:write'] },
  {
    to: '/people/service-accounts',
    label: 'Create a service account',
    dialog: 'create',
    permissions: ['gateway:service-account:write'],
  },
  { to: '/people/tokens', label: 'Create an API token', dialog: 'create', permissions: [] },
  { to: '/people/trusts', label: 'Create a CI trust', dialog: 'create', permissions: ['gateway:trust:write'] },
  { to: '/people/trusts', label: 'Test the claims of a job', dialog: 'test', permissions: ['gateway:trust:write'] },
] as const

/** The dialogs that the person can open from the command palette. */
export function peopleActions(me: Me) {
  return actions.filter(({ permissions }) => permissions.every((permission) => can(me, permission)))
}
