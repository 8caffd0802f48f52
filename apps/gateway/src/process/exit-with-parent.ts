/** Stops the process when its parent ends, because package managers don't forward every signal. */
export function stopWhenOrphaned(): void {
  const parent = process.ppid
  const timer = setInterval(function checkParent() {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  timer.unref()
}
