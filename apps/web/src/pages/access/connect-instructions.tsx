import { useState } from 'react'
import { CommandLine } from '../../ui/controls/command-line.tsx'
import { SelectField } from '../../ui/controls/fields.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { Stack } from '../../ui/layout/stack.tsx'
import { Tabs } from '../../ui/navigation/tabs.tsx'

interface ConnectInstructionsProps {
  /** The first part of rack names in console mode. */
  readonly organization: string
  readonly racks: readonly string[]
}

export function ConnectInstructions({ organization, racks }: ConnectInstructionsProps) {
  const [rack, setRack] = useState(racks[0] ?? '')
  const { origin, host, protocol } = location
  const clients = [
    {
      id: 'rack-gateway',
      title: 'rack-gateway',
      text: 'Logs in with this browser, keeps the token in your keychain, and checks commands before they run.',
      lines: [`rack-gateway login ${rack} ${origin}`, `rack-gateway apps --rack ${rack}`],
    },
    {
      id: 'convox',
      title: 'convox login',
      text: 'The stock CLI with all your racks. It keeps the token in a file.',
      lines: [
        ...(protocol === 'http:' ? ['export X_DEV_ALLOW_HTTP=true'] : []),
        `convox login ${host} -t TOKEN`,
        'convox racks',
        `convox apps -r ${organization}/${rack}`,
      ],
      hasTokenPage: true,
    },
    {
      id: 'rack-url',
      title: 'RACK_URL',
      text: 'The stock CLI with one rack, as in pipelines. RACK_URL contains a token: do not share it.',
      lines: [`export RACK_URL="$(rack-gateway url --rack ${rack})"`, 'convox apps'],
    },
  ]
  return (
    <Card
      title="Connect your terminal"
      actions={
        racks.length > 1 && (
          <SelectField
            isInline
            label="Rack"
            value={rack}
            onChange={setRack}
            options={racks.map((name) => ({ value: name, label: name }))}
          />
        )
      }
    >
      <Tabs
        label="Clients"
        tabs={clients.map(({ id, title, text, lines, hasTokenPage }) => ({
          id,
          title,
          content: (
            <Stack gap={2}>
              <p>{text}</p>
              {hasTokenPage === true && (
                <p>
                  <a href="/gateway/convox">Create a token for this command</a>. It is valid for a day.
                </p>
              )}
              {lines.map((line) => (
                <CommandLine key={line}>{line}</CommandLine>
              ))}
            </Stack>
          ),
        }))}
      />
    </Card>
  )
}
