import { type ConvoxCommand, local } from '../command.ts'

/** Commands that no rack hears of: they concern this machine, the console or another service. */
export const localCommands: readonly ConvoxCommand[] = [
  'help',
  'racks',
  'switch',
  'login',
  'update',
  'start',
  'cloud',
  'runtimes',
  'workflows',
  'workflows run',
  'rack install',
  'rack uninstall',
  'rack mv',
  'rack kubeconfig',
  'rack sync',
  'rack runtimes',
  'rack runtime attach',
].map(local)
