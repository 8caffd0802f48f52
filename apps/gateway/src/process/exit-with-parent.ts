/** Package managers end without passing every signal on. When whoever started us is gone, we stop as if told to. */
export function stopWhenOrphaned(): void {
  const parent = process.ppid
  const timer = setInterval(function checkParent() {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  timer.unref()
}
