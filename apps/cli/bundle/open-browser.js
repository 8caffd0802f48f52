import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
import"./chunk-L4TS4LIT.js";async function openBrowser(address,env){let{default:open}=await import("./open-IIZL55CS.js");await open(address,env.BROWSER?{app:{name:env.BROWSER}}:{})}export{openBrowser};
