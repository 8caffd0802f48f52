import type { Release } from '../../../../api/rack-data/readers.ts'
import { Facts } from '../../../../ui/facts.tsx'
import { Time } from '../../../../ui/time.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RowLink } from '../row-link.tsx'
import { useLastChanges } from '../use-last-changes.ts'
import { WhoAndWhen } from '../who-and-when.tsx'

/** Where a release comes from, and who promoted it last. */
export function ReleaseFacts({ release }: { readonly release: Release }) {
  const { created, promoted } = useLastChanges({ release: [release.id] })?.releases[0] ?? {}
  return (
    <Facts
      facts={[
        ['Created', release.created === null ? 'Unknown' : <Time key="at" at={release.created} />],
        created ? ['Created by', <VisibleText key="name">{created.principal.name}</VisibleText>] : null,
        promoted ? ['Promoted by', <WhoAndWhen key="change" change={promoted} />] : null,
        ['Build', release.build === '' ? 'None' : <RowLink key="id" tab="builds" id={release.build} />],
        ['Description', <VisibleText key="text">{release.description}</VisibleText>],
      ]}
    />
  )
}
