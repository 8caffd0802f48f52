import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readRelease } from '../../../../api/rack-data/readers.ts'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'

/** The environment of the release that runs. */
export default function EnvironmentTab() {
  const { rack, app } = useApp()
  return (
    <RackAnswer rack={rack} what="the app" query={rackQuery(rack, rackPath`/apps/${app}`, readApp)}>
      {({ release }) => (
        <RackAnswer
          rack={rack}
          what="the environment"
          query={rackQuery(rack, rackPath`/apps/${app}/releases/${release}`, readRelease)}
        >
          {({ env }) => (
            <ul>
              {env.split('\n').map((line) => (
                <li key={line}>
                  <VisibleText>{line}</VisibleText>
                </li>
              ))}
            </ul>
          )}
        </RackAnswer>
      )}
    </RackAnswer>
  )
}
