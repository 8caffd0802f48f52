import { AppWindow, Braces, Cog, Globe, KeyRound, SquareTerminal, UserRoundX, Workflow } from 'lucide-react'
import { type ClientType, clientTypeNames } from './event-facts.ts'

const icons = {
  browser: Globe,
  'web-console': AppWindow,
  'management-api': Braces,
  cli: SquareTerminal,
  console: SquareTerminal,
  token: KeyRound,
  job: Workflow,
  gateway: Cog,
  nobody: UserRoundX,
} as const satisfies Readonly<Record<ClientType, unknown>>

export function ClientTypeIcon({ clientType }: { readonly clientType: ClientType }) {
  const Icon = icons[clientType]
  const name = clientTypeNames[clientType]
  return (
    <Icon role="img" aria-label={name} size={14}>
      <title>{name}</title>
    </Icon>
  )
}
