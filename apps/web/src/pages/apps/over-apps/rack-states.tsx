import { RackState } from '../rack-answer/rack-state.tsx'
import type { RackCall } from './use-over-racks.ts'

/** What is to say about questions to several racks. Of those to one rack that fail, are slow, or were stopped, only the first is shown. */
export function RackStates({ calls }: { readonly calls: readonly RackCall[] }) {
  const unfinished = calls.filter(({ error, isPending, isFetching }) => error !== null || isPending || isFetching)
  const first = new Map(unfinished.toReversed().map((call) => [call.rack, call]))
  return [...first.values()]
    .toReversed()
    .map((call) => <RackState key={call.rack} rack={call.rack} call={call} queryKey={['rack', call.rack]} />)
}
