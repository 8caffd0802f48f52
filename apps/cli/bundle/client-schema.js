import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
import{ClientFile,clientFileProblem}from"./chunk-SYFPGCKW.js";import"./chunk-PZOS2GHF.js";import"./chunk-L4TS4LIT.js";export{ClientFile,clientFileProblem};
