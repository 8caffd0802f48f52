import type { App, Release } from '../../../../api/rack-data/readers.ts'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { ItemLink } from '../items/item-link.tsx'
import { appQuery, newestReleaseQuery, releaseQuery } from '../releases/release-queries.ts'
import { EnvironmentEditor } from './environment-editor.tsx'
import { useDraft } from './use-draft.ts'

/** Like `convox env`, shows and changes the environment of the newest release. */
export default function EnvironmentTab() {
  const { rack, app: name } = useApp()
  const draft = useDraft()
  return (
    <RackResponse rack={rack} what="the app" query={appQuery(rack, name)}>
      {(app) => (
        <RackResponse rack={rack} what="the newest release" query={newestReleaseQuery(rack, name)}>
          {([newest]) =>
            newest === undefined ? (
              <p>The app has no release yet, so it has no environment. A build creates the first release.</p>
            ) : (
              <RackResponse rack={rack} what="the environment" query={releaseQuery(rack, name, newest.id)}>
                {(release) => (
                  <>
                    <Origin release={release} app={app} />
                    <EnvironmentEditor release={release} runningId={app.release} draft={draft} />
                  </>
                )}
              </RackResponse>
            )
          }
        </RackResponse>
      )}
    </RackResponse>
  )
}

function Origin({ release, app }: { readonly release: Release; readonly app: App }) {
  const link = <ItemLink tab="releases" id={release.id} />
  if (release.id === app.release) return <p>The environment of {link}, which runs.</p>
  return (
    <p>
      The environment of {link}, the newest release. It does not run
      {app.release !== '' && (
        <>
          : <ItemLink tab="releases" id={app.release} /> does
        </>
      )}
      .
    </p>
  )
}
