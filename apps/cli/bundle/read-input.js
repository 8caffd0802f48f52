import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
import{readAll}from"./chunk-33WV66OU.js";import"./chunk-L4TS4LIT.js";export{readAll};
