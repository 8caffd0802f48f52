import type { ReactNode } from 'react'
import type { App, Release } from '../../../../api/rack-data/readers.ts'
import { LineDifference } from '../../../../ui/difference/line-difference.tsx'
import { Card } from '../../../../ui/layout/card.tsx'
import { ScrollArea } from '../../../../ui/layout/scroll-area.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { ItemLink } from '../items/item-link.tsx'
import { OpenItem } from '../items/open-item.tsx'
import { environmentDifference } from '../variables/env-difference.ts'
import { KeyDifferences } from '../variables/key-differences.tsx'
import { PromoteRelease } from './promote-release.tsx'
import { ReleaseFacts } from './release-facts.tsx'
import { appQuery, releaseQuery } from './release-queries.ts'
import { releaseState } from './release-state.ts'
import { StateBadge } from './state-badge.tsx'
import { type Promotion, usePromotion } from './use-promotion.ts'

export function ReleaseView({ id }: { readonly id: string }) {
  const { rack, app: name } = useApp()
  const promotion = usePromotion()
  return (
    <RackResponse rack={rack} what="the app" query={appQuery(rack, name)}>
      {(app) => (
        <RackResponse rack={rack} what="the release" query={releaseQuery(rack, name, id)}>
          {(release) => (
            <RunningRelease id={app.release}>
              {(running) => {
                const state = releaseState(release, app, running)
                return (
                  <OpenItem title={`Release ${id}`} back="All releases" badge={<StateBadge state={state} />}>
                    <ReleaseFacts release={release} />
                    <PromotionOutcome promotion={promotion} app={app} />
                    {release.id === app.release ? (
                      <Manifest>{release.manifest}</Manifest>
                    ) : (
                      <ReleaseDifference before={running} after={release} />
                    )}
                    <PromoteRelease release={release} app={app} state={state} promotion={promotion} />
                  </OpenItem>
                )
              }}
            </RunningRelease>
          )}
        </RackResponse>
      )}
    </RackResponse>
  )
}

function Manifest({ children }: { readonly children: string }) {
  if (children === '') return null
  return (
    <Card title="Manifest">
      <ScrollArea label="Manifest">
        <pre>
          {children.split('\n').map((line, index) => (
            <div key={`${index}`}>{line === '' ? ' ' : <VisibleText>{line}</VisibleText>}</div>
          ))}
        </pre>
      </ScrollArea>
    </Card>
  )
}

interface PromotionOutcomeProps {
  readonly promotion: Promotion
  readonly app: App
}

function PromotionOutcome({ promotion, app }: PromotionOutcomeProps) {
  const { targetId: id, isSuccess, isOutcomeKnown } = promotion
  if (!isSuccess || id === null) return null
  const release = <ItemLink tab="releases" id={id} />
  if (!isOutcomeKnown)
    return <p role="status">The rack accepted the promotion of {release}. Refresh to see whether it runs.</p>
  if (app.release !== id && app.status !== 'updating')
    return (
      <p role="status">The app runs another release. If {release} failed to start, the logs of the app show why.</p>
    )
  if (app.status === 'updating')
    return <p role="status">The rack is rolling out {release}. Refresh to see its progress.</p>
  return <p role="status">{release} runs now.</p>
}

interface RunningReleaseProps {
  /** Empty: no release runs. */
  readonly id: string
  readonly children: (release: Release | null) => ReactNode
}

/** The children compare with the running release, so they are shown only after it was read. */
function RunningRelease({ id, children }: RunningReleaseProps) {
  const { rack, app } = useApp()
  if (id === '') return children(null)
  return (
    <RackResponse rack={rack} what="the running release" query={releaseQuery(rack, app, id)}>
      {children}
    </RackResponse>
  )
}

interface ReleaseDifferenceProps {
  /** The running release; null if no release runs. */
  readonly before: Release | null
  readonly after: Release
}

function ReleaseDifference({ before, after }: ReleaseDifferenceProps) {
  return (
    <Card title={before === null ? 'What it would start' : 'Differences from the running release'}>
      {before === null ? (
        <p>No release of this app runs, so there is nothing to compare with.</p>
      ) : (
        <p>
          From <VisibleText>{before.id}</VisibleText>, which runs, to <VisibleText>{after.id}</VisibleText>.
        </p>
      )}
      <h3>Environment</h3>
      <KeyDifferences differences={environmentDifference(before?.env ?? '', after.env)} />
      <h3>Manifest</h3>
      <LineDifference before={before?.manifest ?? ''} after={after.manifest} />
    </Card>
  )
}
