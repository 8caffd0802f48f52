import { gatewayCommand } from './gateway-command.ts'
import { yesFlag } from './shared-flags.ts'

const account = { about: 'its id, or its name', takes: 'needed' } as const

export const serviceAccountGroup = {
  name: 'service-accounts',
  summary: 'list, create, disable, and enable service accounts',
  about: 'A service account owns API tokens and has no login, so nobody’s leaving stops it. For administrators.',
  examples: ['rack-gateway service-accounts', 'rack-gateway service-accounts create deploy-web'],
  alone: 'service-accounts list',
}

export const serviceAccountCommands = [
  gatewayCommand({
    name: 'service-accounts list',
    summary: 'list service accounts',
    examples: ['rack-gateway service-accounts', 'rack-gateway service-accounts list --json'],
    run: async (context, target, given) =>
      (await import('../commands/service-accounts.ts')).listServiceAccounts(context, target, given),
  }),
  gatewayCommand({
    name: 'service-accounts create',
    summary: 'create a service account',
    about: 'It may do nothing until it gets a binding.',
    examples: ['rack-gateway service-accounts create deploy-web'],
    arguments: { name: { about: 'what lists and events call it', takes: 'needed' } },
    run: async (context, target, given) =>
      (await import('../commands/service-accounts.ts')).createServiceAccount(context, target, given),
  }),
  gatewayCommand({
    name: 'service-accounts disable',
    summary: 'disable a service account: its API tokens are refused until it is enabled again',
    examples: ['rack-gateway service-accounts disable deploy-web'],
    arguments: { account },
    flags: { yes: yesFlag },
    run: async (context, target, given) =>
      (await import('../commands/service-accounts.ts')).disableServiceAccount(context, target, given),
  }),
  gatewayCommand({
    name: 'service-accounts enable',
    summary: 'enable a service account again',
    examples: ['rack-gateway service-accounts enable deploy-web'],
    arguments: { account },
    run: async (context, target, given) =>
      (await import('../commands/service-accounts.ts')).enableServiceAccount(context, target, given),
  }),
]
