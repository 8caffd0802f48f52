import { Time } from '../../ui/time/time.tsx'

export function AccessEnds({ at }: { readonly at: string | null }) {
  return at === null ? 'Without end' : <Time at={at} kind="relative" />
}
