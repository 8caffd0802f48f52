import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { OpenItem } from '../open-item.tsx'
import { useApp } from '../use-app.ts'
import { DecideRelease } from './decide-release.tsx'
import { Manifest } from './manifest.tsx'
import { PromotionOutcome } from './promotion-outcome.tsx'
import { ReleaseDifference } from './release-difference.tsx'
import { ReleaseFacts } from './release-facts.tsx'
import { appQuery, releaseQuery } from './release-queries.ts'
import { releaseState } from './release-state.ts'
import { RunningRelease } from './running-release.tsx'
import { StateBadge } from './state-badge.tsx'
import { usePromotion } from './use-promotion.ts'

export function ReleaseView({ id }: { readonly id: string }) {
  const { rack, app: name } = useApp()
  const promotion = usePromotion()
  return (
    <RackAnswer rack={rack} what="the app" query={appQuery(rack, name)}>
      {(app) => (
        <RackAnswer rack={rack} what="the release" query={releaseQuery(rack, name, id)}>
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
                    <DecideRelease release={release} app={app} state={state} promotion={promotion} />
                  </OpenItem>
                )
              }}
            </RunningRelease>
          )}
        </RackAnswer>
      )}
    </RackAnswer>
  )
}
