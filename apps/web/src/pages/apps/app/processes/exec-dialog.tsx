import { CommandLine } from '../../../../ui/command-line.tsx'
import { Dialog } from '../../../../ui/dialog.tsx'
import { useApp } from '../use-app.ts'
import { execCommand } from './exec-command.ts'

/** The console itself has no terminal. */
export function ExecDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
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
