import { hashKey } from '@tanstack/react-query'
import { RackState } from '../rack-response/rack-state.tsx'
import { useRunningQueries } from './limited-rack-query.ts'
import type { RackCall } from './use-over-racks.ts'

/** Shows at most one call of each rack: a call that failed or was stopped, or else the oldest running call. */
export function RackStates({ calls }: { readonly calls: readonly RackCall[] }) {
  const runningHashes = useRunningQueries()
  const failed = calls.filter(({ error, isPending, isFetching }) => !isFetching && (error !== null || isPending))
  const running = runningHashes.flatMap((hash) => calls.find(({ queryKey }) => hashKey(queryKey) === hash) ?? [])
  const shown = new Map<string, RackCall>()
  for (const call of [...failed, ...running]) if (!shown.has(call.rack)) shown.set(call.rack, call)
  return [...shown].map(([rack, call]) => (
    <RackState
      key={hashKey(call.queryKey)}
      rack={rack}
      call={{ ...call, refetch: () => failed.map((one) => one.rack === rack && one.refetch()) }}
      queryKey={['rack', rack]}
    />
  ))
}
