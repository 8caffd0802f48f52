import { useQuery } from '@tanstack/react-query'
import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import type { Build, Release } from '../../../../api/rack-data/readers.ts'
import { Facts } from '../../../../ui/lists/facts.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { useApp } from '../address/use-app.ts'
import { buildQuery } from '../builds/build-queries.ts'
import { ChangeAuthor } from '../items/change-author.tsx'
import { ChangesNote } from '../items/changes-note.tsx'
import { ItemLink } from '../items/item-link.tsx'
import { useItemChanges } from '../items/use-item-changes.ts'

export function ReleaseFacts({ release }: { readonly release: Release }) {
  const { rack, app } = useApp()
  const canReadBuild = useAllowed(rack, app)('GET /apps/{app}/builds/{id}')
  const changes = useItemChanges({ release: [release.id] })
  const { created, promoted } = changes.data?.releases[0] ?? {}
  const hasBuild = release.build !== ''
  const build = useQuery({ ...buildQuery(rack, app, release.build), enabled: hasBuild && canReadBuild })
  const buildText = (text: (build: Build) => string) =>
    build.data === undefined ? (build.error ? 'Unknown' : '…') : text(build.data) || 'None'
  return (
    <>
      <Facts
        facts={[
          ['Created', release.created === null ? 'Unknown' : <Time key="at" at={release.created} />],
          created ? ['Created by', created.principal.name] : null,
          promoted ? ['Promoted by', <ChangeAuthor key="change" change={promoted} />] : null,
          ['Build', hasBuild ? <ItemLink key="id" tab="builds" id={release.build} /> : 'None'],
          hasBuild && canReadBuild ? ['Commit', buildText(({ gitSha }) => gitSha)] : null,
          hasBuild && canReadBuild ? ['Build description', buildText(({ description }) => description)] : null,
          ['Description', release.description],
        ]}
      />
      {!promoted && <ChangesNote changes={changes} />}
    </>
  )
}
