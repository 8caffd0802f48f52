import { AppWindow, Braces, Cog, Globe, KeyRound, SquareTerminal, UserRoundX, Workflow } from 'lucide-react'
import { type Way, wayNames } from './event-facts.ts'

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
} as const satisfies Readonly<Record<Way, unknown>>

/** How a principal reached the gateway. */
export function WayIcon({ way }: { readonly way: Way }) {
  const Icon = icons[way]
  return <Icon role="img" aria-label={wayNames[way]} size={14} />
}
