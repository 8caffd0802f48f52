import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
import{readFileSync}from"node:fs";function version(){let manifest=JSON.parse(readFileSync(new URL("../package.json",import.meta.url),"utf8"));return typeof manifest=="object"&&manifest!==null&&"version"in manifest?String(manifest.version):"unknown"}export{version};
