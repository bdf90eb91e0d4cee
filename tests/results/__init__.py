"""Tests of result tables and folders."""
