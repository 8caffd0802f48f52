import { Link } from '@tanstack/react-router'
import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import { sendRackChange } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import type { Service } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../../ui/dialogs/confirm-dialog.tsx'
import { Table } from '../../../../ui/lists/table.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { useAppsSearch } from '../../address/use-apps-search.ts'
import { RowActions } from '../../list/row-actions.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { ScaleDialog } from './scale-dialog.tsx'
import { servicesQuery } from './services-query.ts'

export default function ServicesTab() {
  const { rack, app } = useApp()
  return (
    <RackResponse rack={rack} what="services" query={servicesQuery(rack, app)}>
      {(services) => (
        <>
          <ServiceTable services={services} />
          <ServiceDialogs services={services} />
        </>
      )}
    </RackResponse>
  )
}

function ServiceTable({ services }: { readonly services: readonly Service[] }) {
  const { rack, app } = useApp()
  const { openDialog } = useAppsSearch()
  const isAllowed = useAllowed(rack, app)
  const canScale = isAllowed('PUT /apps/{app}/services/{service}')
  const canReadLogs = isAllowed('WS /apps/{app}/logs')
  const canRestart = isAllowed('POST /apps/{app}/services/{service}/restart')
  return (
    <Table
      label="Services"
      isFramed
      rows={services}
      keyOf={({ name }) => name}
      empty="This app has no services. Services come from the manifest of the running release."
      columns={[
        { title: 'Service', cell: ({ name }) => <VisibleText as="strong">{name}</VisibleText> },
        { title: 'Processes', cell: ({ count }) => count },
        { title: 'CPU', cell: ({ cpu }) => `${cpu} millicores`, secondary: true },
        { title: 'Memory', cell: ({ memory }) => `${memory} MB`, secondary: true },
        { title: 'Domain', cell: ({ domain }) => domain, secondary: true },
        {
          title: 'Ports',
          cell: ({ ports }) => ports.map(({ balancer, container }) => `${balancer}:${container}`).join(', '),
          secondary: true,
        },
        {
          title: 'Actions',
          cell: ({ name }) => (
            <RowActions>
              {canReadLogs && (
                <Link to="/apps/$rack/$app/logs" params={{ rack, app }} search={{ service: name }}>
                  Log
                </Link>
              )}
              {canScale && (
                <Button aria-label={`Scale ${name}`} onPress={() => openDialog('scale', name)}>
                  Scale
                </Button>
              )}
              {canRestart && (
                <Button aria-label={`Restart ${name}`} onPress={() => openDialog('restart', name)}>
                  Restart
                </Button>
              )}
            </RowActions>
          ),
        },
      ]}
    />
  )
}

/** A dialog in the address opens even if the gateway will deny its call. */
function ServiceDialogs({ services }: { readonly services: readonly Service[] }) {
  const { search, closeDialog } = useAppsSearch()
  const service = services.find(({ name }) => name === search.item)
  if (service === undefined) return null
  if (search.dialog === 'scale') return <ScaleDialog key={service.name} service={service} onClose={closeDialog} />
  if (search.dialog === 'restart') return <RestartDialog service={service.name} onClose={closeDialog} />
  return null
}

function RestartDialog({ service, onClose }: { readonly service: string; readonly onClose: () => void }) {
  const { rack, app } = useApp()
  return (
    <ConfirmDialog
      title={`Restart ${service} of ${app} on ${rack}?`}
      submit="Restart the service"
      kind="primary"
      change={() =>
        sendRackChange('POST', rack, rackPath`/apps/${app}/services/${service}/restart`, {
          action: `Restart the service ${service} of ${app}`,
        })
      }
      waitsForRack={rack}
      done={`Rack ${rack} restarts ${service}.`}
      onClose={onClose}
    >
      <p>The rack replaces all processes of the service, with the same release.</p>
    </ConfirmDialog>
  )
}
