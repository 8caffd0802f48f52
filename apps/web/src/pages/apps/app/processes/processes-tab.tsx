import { Link } from '@tanstack/react-router'
import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import { sendRackChange } from '../../../../api/rack-data/client.ts'
import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { type Process, readProcesses } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { CommandLine } from '../../../../ui/controls/command-line.tsx'
import { ConfirmDialog } from '../../../../ui/dialogs/confirm-dialog.tsx'
import { Dialog } from '../../../../ui/dialogs/dialog.tsx'
import { Table } from '../../../../ui/lists/table.tsx'
import { Identifier } from '../../../../ui/text/identifier.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { useAppsSearch } from '../../address/use-apps-search.ts'
import { FilteredList } from '../../list/filtered-list.tsx'
import { RowActions } from '../../list/row-actions.tsx'
import { StatusBadge } from '../../list/status-badge.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { execCommand } from '../commands/exec-command.ts'

export default function ProcessesTab() {
  const { rack, app } = useApp()
  return (
    <RackResponse rack={rack} what="processes" query={rackQuery(rack, rackPath`/apps/${app}/processes`, readProcesses)}>
      {(processes) => (
        <>
          <ProcessTable processes={processes} />
          <ProcessDialogs processes={processes} />
        </>
      )}
    </RackResponse>
  )
}

function ProcessTable({ processes }: { readonly processes: readonly Process[] }) {
  const { rack, app } = useApp()
  const { openDialog } = useAppsSearch()
  const isAllowed = useAllowed(rack, app)
  const canStop = isAllowed('DELETE /apps/{app}/processes/{pid}')
  const canReadLogs = isAllowed('WS /apps/{app}/logs')
  const canExec = isAllowed('WS /apps/{app}/processes/{pid}/exec')
  return (
    <FilteredList
      label="Processes"
      rows={processes}
      textOf={({ id, service, status, release, instance, command }) => [
        id,
        service,
        status,
        release,
        instance,
        command,
      ]}
      empty="No process runs. Scale a service to start some."
    >
      {(table) => (
        <Table
          {...table}
          isFramed
          keyOf={({ id }) => id}
          columns={[
            { title: 'Process', cell: ({ id }) => <Identifier>{id}</Identifier> },
            { title: 'Service', cell: ({ service }) => service },
            { title: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
            { title: 'Release', cell: ({ release }) => <Identifier>{release}</Identifier>, secondary: true },
            {
              title: 'Started',
              cell: ({ started }) => started !== null && <Time at={started} kind="relative" />,
              secondary: true,
            },
            ...(processes.some(({ command }) => command !== '')
              ? [{ title: 'Command', cell: ({ command }: Process) => command, secondary: true }]
              : []),
            {
              title: 'Actions',
              cell: ({ id }) => (
                <RowActions>
                  {canReadLogs && (
                    <Link to="/apps/$rack/$app/logs" params={{ rack, app }} search={{ process: id }}>
                      Log
                    </Link>
                  )}
                  {canExec && (
                    <Button kind="quiet" aria-label={`Command to enter ${id}`} onPress={() => openDialog('exec', id)}>
                      Exec
                    </Button>
                  )}
                  {canStop && (
                    <Button kind="danger" aria-label={`Stop ${id}`} onPress={() => openDialog('stop', id)}>
                      Stop
                    </Button>
                  )}
                </RowActions>
              ),
            },
          ]}
        />
      )}
    </FilteredList>
  )
}

/** A dialog in the address opens even if the gateway will deny its call. */
function ProcessDialogs({ processes }: { readonly processes: readonly Process[] }) {
  const { search, closeDialog } = useAppsSearch()
  const process = processes.find(({ id }) => id === search.item)
  if (search.dialog === 'stop' && search.item !== undefined)
    return <StopDialog id={search.item} process={process} onClose={closeDialog} />
  if (search.dialog === 'exec' && process !== undefined) return <ExecDialog id={process.id} onClose={closeDialog} />
  return null
}

/** The console itself has no terminal. */
function ExecDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { rack, app } = useApp()
  const command = execCommand({ rack, app, process: id })
  return (
    <Dialog title={`Enter ${id}`} isOpen onClose={onClose}>
      {command === null ? (
        <p>The ID of this process has characters that a terminal could misread, so no command is shown.</p>
      ) : (
        <>
          <p>
            Run this command in a terminal. The policy decides whether you can run the command. The session can be
            recorded.
          </p>
          <CommandLine>{command}</CommandLine>
        </>
      )}
    </Dialog>
  )
}

interface StopDialogProps {
  readonly id: string
  /** Undefined: the rack's list does not contain the process. */
  readonly process: Process | undefined
  readonly onClose: () => void
}

function StopDialog({ id, process, onClose }: StopDialogProps) {
  const { rack, app } = useApp()
  return (
    <ConfirmDialog
      title={`Stop ${id} of ${app} on ${rack}?`}
      submit="Stop the process"
      cancel="Keep it"
      change={async () =>
        sendRackChange('DELETE', rack, rackPath`/apps/${app}/processes/${id}`, {
          action: `Stop the process ${id} of ${app}`,
        })
      }
      waitsForRack={rack}
      done={`${id} was stopped.`}
      onClose={onClose}
    >
      {process === undefined ? (
        <p>It was not in the rack’s list when this page was loaded, so it may have ended already.</p>
      ) : (
        <p>
          The requests and jobs that it is processing are interrupted. The rack starts a new process if the service{' '}
          <VisibleText>{process.service}</VisibleText> needs one.
        </p>
      )}
    </ConfirmDialog>
  )
}
