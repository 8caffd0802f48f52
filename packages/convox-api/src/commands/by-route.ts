import { everyCommand } from './table.ts'

export interface CommandUse {
  readonly command: string
  /** Whether the command can't succeed without the call. */
  readonly essential: boolean
}

/** The convox commands that may call a route. `api get`, which calls whatever it is given, isn't among them. */
export function commandsThatCall(routeId: string): CommandUse[] {
  return everyCommand().flatMap(({ name, effect }) => {
    if (typeof effect === 'string') return []
    const steps = effect.filter(({ route }) => route.id === routeId)
    return steps.length === 0 ? [] : [{ command: name, essential: steps.some(({ essential }) => essential) }]
  })
}
