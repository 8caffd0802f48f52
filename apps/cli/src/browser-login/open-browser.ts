/** Opens a page in the browser that `BROWSER` names, or in the default browser. */
export async function openBrowser(address: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { default: open } = await import('open')
  await open(address, env.BROWSER ? { app: { name: env.BROWSER } } : {})
}
